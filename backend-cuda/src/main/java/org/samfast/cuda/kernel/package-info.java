/** Launchers: one class per kernel, which checks its buffers, chooses grid and block, and names its .cu file. */
package org.samfast.cuda.kernel;
