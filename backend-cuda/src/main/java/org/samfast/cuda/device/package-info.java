/**
 * One GPU: context, memory, streams, kernels, graphs. The only package that touches JCuda and libcuda.
 *
 * <p>Every call on an open device passes one gate. It counts what makes the host wait ({@link org.samfast.cuda.device.CallCounts},
 * by {@link org.samfast.cuda.device.Device#calls}), refuses in a capture what cannot be captured, and after an error that ends
 * CUDA's context lets nothing more through ({@link org.samfast.cuda.device.DeviceLostException}).
 *
 * <p>Work that never waits: copies between {@link org.samfast.cuda.device.PinnedBuffer}s and the GPU, kernels on buffers taken
 * before ({@link org.samfast.cuda.device.GrowingBuffer}), all of it as one {@link org.samfast.cuda.device.Graph}, and one
 * {@link org.samfast.cuda.device.Stream#synchronize} at the end.
 */
package org.samfast.cuda.device;
