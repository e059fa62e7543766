package org.samfast.cli.fake;

import java.util.Map;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;
import org.samfast.backend.TraceSpan.Kind;

/** What the fake backend tells of a device: a sequence of 80 microseconds, or of 100 with kernels of 60 and 38, and a copy of 10. */
final class FakeTrace {
    private static final long NANOS = 120_000;

    private FakeTrace() {}

    /** Waits until the device would be done. */
    static void await(long start) {
        while (System.nanoTime() - start < NANOS) {
            Thread.onSpinWait();
        }
    }

    static void tell(TraceDetail detail, long start, TraceRecorder recorder) {
        boolean kernels = detail == TraceDetail.KERNELS;
        recorder.add(span(Kind.SEQUENCE, "encoder", start, 0, kernels ? 100 : 80, Map.of()));
        if (kernels) {
            recorder.add(span(
                    Kind.KERNEL,
                    "linear_bf16",
                    start,
                    1,
                    61,
                    Map.of("M", 4096L, "N", 768L, "K", 768L, "percent_of_limit", 50.0)));
            recorder.add(span(Kind.KERNEL, "norm", start, 62, 100, Map.of()));
        }
        recorder.add(span(Kind.COPY, "copy from GPU", start, 110, 120, Map.of("bytes", 1024L)));
    }

    private static TraceSpan span(Kind kind, String name, long start, long from, long to, Map<String, Object> details) {
        return new TraceSpan(kind, name, start + 1000 * from, start + 1000 * to, details);
    }
}
