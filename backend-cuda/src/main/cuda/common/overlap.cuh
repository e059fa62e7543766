// Programmatic dependent launch (sm_90): a kernel may start while the one before it in the stream still ends.
#pragma once

// Until all that was put into the stream before is done, and its writes are seen: by every thread, before it reads or writes
// global memory. Then the kernel after this one may start as soon as it finds room; it waits here in its turn, so never more
// than one is ahead. Kernels that call this are launched by Device.overlapping; elsewhere it does nothing.
__device__ __forceinline__ void wait_for_kernels_before() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
