package org.samfast.convert;

/** Sees how far a conversion is. */
@FunctionalInterface
public interface Progress {
    /**
     * Called before each step.
     *
     * @param step what is done next, such as a tensor's name
     * @param done steps finished
     * @param of all steps
     */
    void step(String step, int done, int of);
}
