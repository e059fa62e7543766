package org.samfast.cli.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the name that {@code --model} takes to a checkpoint file. */
public final class Models {
    /** The small model that comes with sam. */
    public static final String BUILT_IN = "vit_t";

    private static final String BUILT_IN_FILE = "sam_vit_t.bf16.safetensors";

    private final @Nullable String builtInFolder;
    private final ModelCache cache;

    Models(@Nullable String builtInFolder, ModelCache cache) {
        this.builtInFolder = builtInFolder;
        this.cache = cache;
    }

    /** The models of this installation; the launcher says in the property {@code sam.models} where the built-in lies. */
    public static Models ofPlatform() {
        return new Models(System.getProperty("sam.models"), ModelCache.ofPlatform());
    }

    /**
     * The file of a model: the built-in, or a published one that was downloaded.
     *
     * @throws ModelException where it is unknown or not downloaded, with the command that fetches it
     */
    public Path file(String name) throws ModelException {
        return name.equals(BUILT_IN) ? builtIn() : downloaded(published(name));
    }

    /**
     * The published model of that name.
     *
     * @throws ModelException where there is none, naming those there are
     */
    public static PublishedModel published(String name) throws ModelException {
        return PublishedModel.named(name).orElseThrow(() -> new ModelException(sentence(name)));
    }

    /** That no model has that name, and which there are; empty where one has, downloaded or not. */
    public static Optional<String> unknown(String name) {
        boolean known = name.equals(BUILT_IN) || PublishedModel.named(name).isPresent();
        return known ? Optional.empty() : Optional.of(sentence(name));
    }

    private static String sentence(String unknown) {
        return "model '" + unknown
                + "' is unknown: expected vit_t (built in), vit_b, vit_l or vit_h; other files by --weights FILE";
    }

    private Path builtIn() throws ModelException {
        if (builtInFolder == null) {
            throw new ModelException(
                    "the built-in model is not found: start sam by its launcher, or give --weights FILE");
        }
        return existing(Path.of(builtInFolder, BUILT_IN_FILE), "the built-in model is missing; build sam again");
    }

    private Path downloaded(PublishedModel model) throws ModelException {
        return existing(
                cache.file(model),
                "model '" + model.name() + "' is not downloaded; run: sam download " + model.name() + " ("
                        + model.size() + ")");
    }

    private static Path existing(Path file, String otherwise) throws ModelException {
        if (!Files.isRegularFile(file)) {
            throw new ModelException(file + ": " + otherwise);
        }
        return file;
    }
}
