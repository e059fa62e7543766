package org.samfast.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;
import org.samfast.cuda.device.Event;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Timeline;
import org.samfast.cuda.device.Work;

/** How long work takes on the GPU: in all, or step by step. */
final class StreamClock {
    private final Stream stream;
    private final @Nullable GpuLimits limits;

    StreamClock(Stream stream, @Nullable GpuLimits limits) {
        this.stream = stream;
        this.limits = limits;
    }

    double millis(Runnable work) {
        try (Event before = stream.record()) {
            work.run();
            try (Event after = stream.record()) {
                stream.synchronize();
                return after.millisSince(before);
            }
        }
    }

    void traced(Runnable work, TraceDetail detail, TraceRecorder recorder) {
        try (Timeline timeline = Timeline.begin(stream, detail == TraceDetail.KERNELS)) {
            work.run();
            timeline.timed().forEach(timed -> recorder.add(span(timed)));
            timeline.onHost()
                    .forEach(step -> recorder.add(new TraceSpan(
                            TraceSpan.Kind.STAGE, step.name(), step.startNanos(), step.endNanos(), Map.of())));
        }
    }

    private TraceSpan span(Timeline.Timed timed) {
        Timeline.Item item = timed.item();
        return new TraceSpan(kind(item.kind()), item.name(), timed.startNanos(), timed.endNanos(), details(timed));
    }

    private static TraceSpan.Kind kind(Timeline.Kind kind) {
        return switch (kind) {
            case KERNEL -> TraceSpan.Kind.KERNEL;
            case COPY -> TraceSpan.Kind.COPY;
            case SEQUENCE -> TraceSpan.Kind.SEQUENCE;
        };
    }

    private Map<String, Object> details(Timeline.Timed timed) {
        Timeline.Item item = timed.item();
        Map<String, Object> details = new LinkedHashMap<>();
        item.work().problem().forEach(extent -> details.put(extent.name(), extent.value()));
        Timeline.Shape shape = item.shape();
        if (shape != null) {
            details.put("grid", shape.grid().toString());
            details.put("block", shape.block().toString());
            details.put("shared_bytes", shape.sharedBytes());
        }
        addWork(details, item.work());
        double seconds = (timed.endNanos() - timed.startNanos()) / 1e9;
        if (limits != null && item.kind() == Timeline.Kind.KERNEL && item.work().bytes() > 0 && seconds > 0) {
            details.put("limit", limits.bound(item.work()));
            details.put("percent_of_limit", Math.round(1000 * limits.seconds(item.work()) / seconds) / 10.0);
        }
        return details;
    }

    private static void addWork(Map<String, Object> details, Work work) {
        if (work.operations() > 0) {
            details.put("flop", Math.round(work.operations()));
        }
        if (work.bytes() > 0) {
            details.put("bytes", Math.round(work.bytes()));
        }
    }
}
