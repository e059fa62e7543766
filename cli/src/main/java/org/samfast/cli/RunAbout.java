package org.samfast.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.samfast.backend.SamBackend;
import picocli.CommandLine.Model.CommandSpec;

/** What a run was, for those who find its files. */
final class RunAbout {
    private RunAbout() {}

    /** The words of the command line, those with blanks in quotes. */
    static String words(CommandSpec spec) {
        return spec.root().commandLine().getParseResult().originalArgs().stream()
                .map(word -> word.matches("\\S+") ? word : '"' + word + '"')
                .collect(Collectors.joining(" ", "sam ", ""));
    }

    /**
     * By the names that a trace has for it.
     *
     * @param kernels how they were launched
     */
    static Map<String, String> trace(CommandSpec spec, SamBackend backend, int batch, String kernels)
            throws IOException {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("command", words(spec));
        about.put("version", VersionProvider.version());
        about.put("commit", VersionProvider.commit());
        about.put("backend", backend.description());
        about.put("device", backend.info().device());
        about.put("driver", backend.info().driver());
        about.put("batch", String.valueOf(batch));
        about.put("kernels", kernels);
        return about;
    }
}
