/** One GPU: context, memory, streams, kernels. The only package that touches JCuda and libcuda. */
package org.samfast.cuda.device;
