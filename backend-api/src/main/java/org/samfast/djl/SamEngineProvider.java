package org.samfast.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/** How DJL finds the engine {@code Sam}, by {@link java.util.ServiceLoader}. */
public final class SamEngineProvider implements EngineProvider {
    /** For {@link java.util.ServiceLoader}. */
    public SamEngineProvider() {}

    @Override
    public String getEngineName() {
        return SamEngine.NAME;
    }

    @Override
    public int getEngineRank() {
        return SamEngine.RANK;
    }

    @Override
    public Engine getEngine() {
        return SamEngine.INSTANCE;
    }
}
