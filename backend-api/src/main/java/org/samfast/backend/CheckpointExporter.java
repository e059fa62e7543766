package org.samfast.backend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.Progress;

/** Writes a checkpoint as files for other programs, found by {@link ServiceLoader}. */
public interface CheckpointExporter {
    /** {@return what {@code sam convert --to} takes} */
    String format();

    /**
     * Writes the checkpoint's model into a new folder, which appears whole or not at all. A folder that is there already and
     * was made from the same source is left as it is.
     *
     * @param source stays open
     * @param folder to make
     * @param progress hears of each tensor that is written
     * @return false where it was there already
     * @throws org.samfast.checkpoint.CheckpointException where something else is there
     * @throws IOException where the folder cannot be written; nothing is left of it then
     */
    boolean export(Checkpoint source, Path folder, Progress progress) throws IOException;

    /**
     * {@return the exporter of that format}
     *
     * @param format what {@code --to} was given
     * @throws BackendException where none is on the class path
     */
    static CheckpointExporter to(String format) {
        return ServiceLoader.load(CheckpointExporter.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(exporter -> exporter.format().equals(format))
                .findFirst()
                .orElseThrow(() -> new BackendException("export to '" + format
                        + "' is not usable: no exporter is on the class path; for onnx add samfast-backend-onnx"));
    }
}
