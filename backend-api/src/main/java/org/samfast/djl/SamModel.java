package org.samfast.djl;

import ai.djl.BaseModel;
import ai.djl.MalformedModelException;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmenter;
import org.samfast.backend.BackendException;
import org.samfast.backend.Backends;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.CheckpointException;

/** A checkpoint opened on a backend, as a model of DJL that owns both. */
final class SamModel extends BaseModel {
    private @Nullable Checkpoint weights;
    private @Nullable Segmenter segmenter;

    SamModel(String name) {
        super(name);
        manager = PassthroughNDManager.INSTANCE;
    }

    /**
     * Opens a checkpoint.
     *
     * @param path the file, or the folder that holds it
     * @param prefix the file's name or its name without the ending; null for the model's name
     */
    @Override
    public void load(Path path, @Nullable String prefix, @Nullable Map<String, ?> options)
            throws IOException, MalformedModelException {
        if (segmenter != null) {
            throw new IllegalStateException("the model '" + getName() + "' is loaded already: load another one");
        }
        Path file = file(path, prefix == null ? getName() : prefix);
        SamOptions chosen = SamOptions.of(options == null ? Map.of() : options);
        Checkpoint opened = open(file);
        try {
            segmenter = new Segmenter(Backends.open(chosen.backend(), opened, chosen.opening()));
        } catch (BackendException e) {
            opened.close();
            throw new MalformedModelException(e.getMessage(), e);
        }
        weights = opened;
        setModelDir(file);
        setBlock(new SamBlock(segmenter));
        wasLoaded = true;
    }

    private static Checkpoint open(Path file) throws MalformedModelException {
        try {
            return Checkpoint.open(file);
        } catch (CheckpointException e) {
            throw new MalformedModelException(e.getMessage(), e);
        }
    }

    private static Path file(Path path, String prefix) throws FileNotFoundException {
        if (Files.isRegularFile(path)) {
            return path;
        }
        for (String ending : new String[] {"", ".safetensors", ".pth"}) {
            Path file = path.resolve(prefix + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new FileNotFoundException(path + ": expected a SAM checkpoint, " + prefix + ".pth or " + prefix
                + ".safetensors: give optModelPath the file itself, or optModelName its name");
    }

    @Override
    public void close() {
        if (segmenter != null) {
            segmenter.close();
            segmenter = null;
        }
        if (weights != null) {
            weights.close();
            weights = null;
        }
        super.close();
    }
}
