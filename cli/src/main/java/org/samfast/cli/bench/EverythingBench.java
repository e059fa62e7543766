package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.samfast.backend.SamBackend;
import org.samfast.everything.AutomaticMaskGenerator;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.image.RgbImage;

/** Everything mode from RGB in host memory to records in host memory: alone, and with several images in flight. */
public final class EverythingBench {
    private final AutomaticMaskGenerator generator;
    private final SamBackend backend;
    private final List<RgbImage> images;
    private final Rounds rounds;

    /** Images are taken in turn. */
    public EverythingBench(SamBackend backend, AutomaticMaskOptions options, List<RgbImage> images, Rounds rounds) {
        this.backend = backend;
        this.images = images;
        this.rounds = rounds;
        generator = new AutomaticMaskGenerator(backend, options);
    }

    /**
     * What was measured.
     *
     * @param masks records of each image
     * @param latencyMillis the median of single images
     * @param millisPerImage with that many in flight
     */
    public record Result(
            List<Integer> masks, double latencyMillis, int inFlight, double millisPerImage, long deviceBytes) {
        /** For people. */
        public String line() {
            return String.format(
                    Locale.ROOT,
                    "everything: alone %.2f ms, %d in flight %.2f ms an image, %s masks, %.2f GiB on the device",
                    latencyMillis,
                    inFlight,
                    millisPerImage,
                    masks,
                    deviceBytes / (double) (1 << 30));
        }

        /** For programs. */
        public void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeArrayFieldStart("masks");
            for (int of : masks) {
                json.writeNumber(of);
            }
            json.writeEndArray();
            json.writeNumberField("latency_ms", latencyMillis);
            json.writeNumberField("in_flight", inFlight);
            json.writeNumberField("ms_per_image", millisPerImage);
            json.writeNumberField("device_bytes", deviceBytes);
            json.writeEndObject();
        }
    }

    /** Each round is one image. */
    public Result measure(int inFlight) {
        List<Integer> masks = images.stream()
                .map(image -> generator.generate(image).masks().size())
                .toList();
        together(rounds.warmup(), inFlight);
        double[] alone = new double[rounds.measured()];
        for (int i = 0; i < alone.length; i++) {
            alone[i] = millis(i, 1);
        }
        Arrays.sort(alone);
        double millis = together(rounds.measured(), inFlight) / rounds.measured();
        return new Result(masks, alone[alone.length / 2], inFlight, millis, backend.deviceBytes());
    }

    private double millis(int first, int count) {
        long start = System.nanoTime();
        for (int i = first; i < first + count; i++) {
            generator.generate(images.get(i % images.size()));
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** Milliseconds for so many images, by as many threads as are in flight. */
    private double together(int count, int inFlight) {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(inFlight)) {
            List<Future<Double>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int image = i;
                all.add(threads.submit(() -> millis(image, 1)));
            }
            for (Future<Double> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("everything mode failed on an image", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
        return (System.nanoTime() - start) / 1e6;
    }
}
