package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmenter;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SegmentRequest;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.output.ImageResult;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.MaskResult;
import org.samfast.cli.output.OutputFormat;
import org.samfast.cli.output.OutputNames;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.pipeline.Work;
import org.samfast.cli.prompt.AskedPrompts;
import org.samfast.cli.prompt.PromptBounds;
import org.samfast.cli.resume.Digest;
import org.samfast.cli.resume.ImageKey;
import org.samfast.cli.resume.Journal;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.image.RgbImage;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskBox;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;

/** What {@code sam segment} does with each image: read, segment, write, say so. */
final class SegmentRun implements Work<SegmentRun.Input, SegmentRun.Read, SegmentRun.Found> {
    private static final long LOGIT_BYTES =
            (long) LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE * Float.BYTES;

    private final SegmentCommand command;
    private final ModelSession session;
    private final StoredEmbeddings stored;
    private final ResultWriter writer;
    private final Journal journal;
    private final @Nullable StageDump stages;
    private final AtomicBoolean firstRead = new AtomicBoolean(true);
    private @Nullable Segmenter segmenter;
    private ResultWriter.@Nullable Origin origin;

    SegmentRun(
            SegmentCommand command,
            ModelSession session,
            StoredEmbeddings stored,
            ResultWriter writer,
            Journal journal,
            @Nullable StageDump stages) {
        this.command = command;
        this.session = session;
        this.stored = stored;
        this.writer = writer;
        this.journal = journal;
        this.stages = stages;
    }

    /**
     * An image, how its results are called and what is asked for on it.
     *
     * @param key all of that and the file as it is, for the journal; empty where none is kept
     */
    record Input(Path file, OutputNames names, List<Prompt> prompts, String key) {
        /** The images on which something is asked, with the names of their results. */
        static List<Input> of(List<InputImage> files, List<OutputNames> names, AskedPrompts asked, boolean keys) {
            return IntStream.range(0, files.size())
                    .filter(i -> !asked.perImage().get(i).isEmpty())
                    .mapToObj(i -> of(
                            files.get(i).file(), names.get(i), asked.perImage().get(i), keys))
                    .toList();
        }

        private static Input of(Path file, OutputNames names, List<Prompt> prompts, boolean key) {
            return new Input(
                    file,
                    names,
                    prompts,
                    key
                            ? ImageKey.of(
                                    file,
                                    names.path(),
                                    new Digest().add(prompts).hex())
                            : "");
        }

        /** The files of its results that are there. */
        List<Path> files() {
            return names.all(prompts.size()).stream().filter(Files::exists).toList();
        }
    }

    /** An image that is decoded, and perhaps was encoded before. */
    record Read(Input input, StoredEmbeddings.Image stored, StepTimes times) {
        RgbImage image() {
            return stored.pixels();
        }

        boolean isEncoded() {
            return stored.embedding() != null;
        }

        SegmentRequest request(SegmentCommand command) {
            return new SegmentRequest(image(), input.prompts, command.choice());
        }
    }

    /** An image with its masks. */
    record Found(Read read, Segmentation segmentation) {}

    @Override
    public String name(Input input) {
        return input.file.toString();
    }

    @Override
    public Read read(Input input) throws IOException {
        StepTimes times = command.times(firstRead.getAndSet(false));
        times.done("start");
        StoredEmbeddings.Image image = stored.read(input.file, command.reading.maxPixels);
        PromptBounds.check(input.file, image.pixels().size(), input.prompts);
        times.done("read");
        return new Read(input, image, times);
    }

    /** The image, its embedding where it is stored, and for every prompt its logits and masks. */
    @Override
    public long bytes(Read read) {
        long masks = command.multimask ? 3 : 1;
        long area = read.image().size().area();
        return 3 * area + read.stored.embeddingBytes() + read.input.prompts.size() * (LOGIT_BYTES + masks * area);
    }

    @Override
    public void open() throws IOException {
        segmenter = new Segmenter(session.backend());
        origin = session.origin();
    }

    @Override
    public List<Found> compute(List<Read> batch) throws IOException {
        batch.forEach(read -> read.times.done("wait"));
        List<Segmentation> segmentations = command.showsSteps(batch.size()) ? eachInSteps(batch) : segment(batch);
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            found.add(new Found(batch.get(i), segmentations.get(i)));
        }
        return found;
    }

    /** Those to encode in one call, the others one by one. */
    private List<Segmentation> segment(List<Read> batch) throws IOException {
        List<SegmentRequest> toEncode = batch.stream()
                .filter(read -> !read.isEncoded())
                .map(read -> read.request(command))
                .toList();
        Iterator<Segmentation> encoded = segmenter().segment(toEncode).iterator();
        List<Segmentation> segmentations = new ArrayList<>();
        for (Read read : batch) {
            segmentations.add(read.isEncoded() ? segmentInSteps(read) : encoded.next());
            read.times.done("segment");
        }
        return segmentations;
    }

    private List<Segmentation> eachInSteps(List<Read> batch) throws IOException {
        List<Segmentation> segmentations = new ArrayList<>();
        for (Read read : batch) {
            segmentations.add(segmentInSteps(read));
        }
        return segmentations;
    }

    private Segmentation segmentInSteps(Read read) throws IOException {
        try (ImageEmbedding embedding = embedding(read)) {
            read.times.done(read.isEncoded() ? "take embedding" : "encode");
            Segmentation found = segmenter().predict(embedding, read.input.prompts, command.choice());
            for (int round = 0; round < command.cleanup.refine; round++) {
                found = segmenter().refine(embedding, read.input.prompts, found);
            }
            read.times.done("decode and finish");
            if (stages != null) {
                stages.write(read.image(), found.prediction());
            }
            return found;
        }
    }

    private ImageEmbedding embedding(Read read) {
        StoredEmbedding before = read.stored.embedding();
        return before == null ? segmenter().embed(read.image()) : segmenter().restore(before);
    }

    private Segmenter segmenter() {
        return Objects.requireNonNull(segmenter, "computing begins with open");
    }

    @Override
    public InOrder write(Found found) throws IOException {
        Read read = found.read;
        read.times.done("wait");
        ResultWriter.Origin from = Objects.requireNonNull(origin, "computing begins with open");
        List<Prompt> prompts = read.input.prompts;
        Segmentation clean = command.cleanup.clean(found.segmentation, prompts);
        ImageResult written = writer.write(read.input.file, read.input.names, read.image(), prompts, clean, from);
        read.times.done("write");
        List<String> lines = lines(written);
        return () -> {
            journal.add(read.input.key, read.input.file, read.input.files());
            read.times.print();
            return lines;
        };
    }

    @Override
    public String goesOn() {
        return journal.isKept() ? "the same command with --resume goes on" : "";
    }

    @Override
    public List<String> failed(Input input, String error) throws IOException {
        return command.json
                ? List.of(JsonText.line(json -> ResultJson.writeError(json, input.file, error)))
                : List.of();
    }

    private List<String> lines(ImageResult written) throws IOException {
        return command.json
                ? List.of(JsonText.line(json -> ResultJson.write(json, written)))
                : written.masks().stream().map(mask -> line(written, mask)).toList();
    }

    /** {@code groceries.mask.png  object 1  score 0.93  area 12345 px (3.1%)  box 340,210,460,330}. */
    private static String line(ImageResult image, MaskResult mask) {
        return String.format(
                Locale.ROOT,
                "%s  object %d  score %.2f  area %d px (%.1f%%)  box %s",
                image.names().asked(OutputFormat.PNG, mask.scored()).orElse(image.file()),
                mask.object(),
                mask.scored().quality(),
                mask.area(),
                100.0 * mask.area() / image.size().area(),
                mask.area() == 0 ? "none" : text(mask.box()));
    }

    private static String text(MaskBox box) {
        return box.x() + "," + box.y() + "," + (box.x() + box.width()) + "," + (box.y() + box.height());
    }
}
