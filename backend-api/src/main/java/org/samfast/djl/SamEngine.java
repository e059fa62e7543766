package org.samfast.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;
import org.jspecify.annotations.Nullable;

/** DJL's engine {@code Sam}: it computes no arrays, it carries inputs and results through DJL. */
final class SamEngine extends Engine {
    static final String NAME = "Sam";
    /** DJL's default engine is the lowest rank: never this one. */
    static final int RANK = 100;

    static final SamEngine INSTANCE = new SamEngine();

    private SamEngine() {}

    @Override
    public @Nullable Engine getAlternativeEngine() {
        return null;
    }

    @Override
    public String getEngineName() {
        return NAME;
    }

    @Override
    public int getRank() {
        return RANK;
    }

    @Override
    public String getVersion() {
        String version = SamEngine.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public boolean hasCapability(String capability) {
        return false;
    }

    @Override
    public Device defaultDevice() {
        return Device.cpu(); // of DJL's arrays; the option "backend" says where SAM runs
    }

    @Override
    public Model newModel(String name, Device device) {
        return new SamModel(name);
    }

    @Override
    public NDManager newBaseManager() {
        return PassthroughNDManager.INSTANCE;
    }

    @Override
    public NDManager newBaseManager(Device device) {
        return PassthroughNDManager.INSTANCE;
    }
}
