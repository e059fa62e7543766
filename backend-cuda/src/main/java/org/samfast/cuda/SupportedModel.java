package org.samfast.cuda;

import java.util.Set;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;

/** What the kernels were written for. */
final class SupportedModel {
    private static final Set<Integer> HEAD_DIMS = Set.of(64, 80);
    private static final int WIDEST = 1280;

    private SupportedModel() {}

    /** Refuses what the kernels cannot run, with what the ONNX backend can do instead. */
    static void check(SamArchitecture architecture) {
        if (!HEAD_DIMS.contains(architecture.headDim()) || architecture.width() > WIDEST) {
            throw new BackendException("cuda: " + architecture.name() + " has " + architecture.width()
                    + " channels in heads of " + architecture.headDim() + "; expected heads of 64 or 80 and at most "
                    + WIDEST + " channels: use --backend onnx");
        }
    }
}
