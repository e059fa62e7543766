package org.samfast.cli.verify;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cli.model.ModelException;
import org.samfast.cli.model.Models;
import org.samfast.cli.resume.Digest;
import org.samfast.cli.terminal.ErrorLine;

/**
 * A backend whose results depend on the machine, such as a GPU's, is verified when it comes for the first time with that device,
 * driver and build; a file in the cache folder says that it was.
 *
 * @param stamps the folder of those files
 * @param build what tells this build of sam from others
 */
public record FirstUse(Path stamps, String build, BackendOptions options, PrintWriter stderr) {
    /**
     * The first of the backends that is right.
     *
     * @param candidates in the order of choice
     * @throws BackendException where the last of them is wrong
     */
    public BackendProvider choose(List<BackendProvider> candidates) throws IOException {
        for (int i = 0; i < candidates.size() - 1; i++) {
            Optional<String> wrong = wrong(candidates.get(i));
            if (wrong.isEmpty()) {
                return candidates.get(i);
            }
            stderr.println("sam: " + wrong.get() + "; '" + candidates.get(i + 1).name() + "' computes instead");
        }
        BackendProvider last = candidates.getLast();
        wrong(last).ifPresent(reason -> {
            throw new BackendException(reason);
        });
        return last;
    }

    /** What it computes wrongly, as a sentence; empty where it is right, was right before, or needs no verifying. */
    private Optional<String> wrong(BackendProvider backend) throws IOException {
        Optional<String> key = backend.firstUseKey();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Path stamp = stamp(backend, key.get());
        if (Files.exists(stamp)) {
            return Optional.empty();
        }
        Path model;
        try {
            model = Models.ofPlatform().file(Models.BUILT_IN);
        } catch (ModelException e) {
            stderr.println("sam: backend '" + backend.name() + "' is not verified: " + e.getMessage());
            return Optional.empty();
        }
        Optional<StageCheck> wrong;
        try (Checkpoint weights = Checkpoint.open(model)) {
            wrong = Verification.firstWrong(Verification.ofBuiltIn().run(backend, weights, dense()));
        }
        if (wrong.isEmpty()) {
            note(stamp);
        }
        return wrong.map(stage -> sentence(backend, stage));
    }

    /** The model that is verified has dense weights. */
    private BackendOptions dense() {
        Precision precision = options.precision();
        return precision != null && precision.isPacked() ? options.computing(Precision.BF16) : options;
    }

    private Path stamp(BackendProvider backend, String key) throws IOException {
        return stamps.resolve(new Digest()
                .add(backend.name())
                .add(key)
                .add(build)
                .add(String.valueOf(dense().precision()))
                .add(options.tuning().label())
                .hex());
    }

    /** Where that fails the next process verifies once more, and nothing else is lost. */
    private void note(Path stamp) {
        try {
            Files.createDirectories(stamps);
            Files.write(stamp, new byte[0]);
        } catch (IOException e) {
            stderr.println("sam: verified, but the next time again: " + ErrorLine.of(e));
        }
    }

    private static String sentence(BackendProvider backend, StageCheck stage) {
        return String.format(
                Locale.ROOT,
                "backend '%s' computes SAM wrongly on this machine, from stage %s on (error %.1e, at most %.1e): see 'sam"
                        + " verify --backend %s'",
                backend.name(),
                stage.stage(),
                stage.error(),
                stage.most(),
                backend.name());
    }
}
