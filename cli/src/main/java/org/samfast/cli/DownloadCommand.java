package org.samfast.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.samfast.cli.model.PublishedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sam download}: published checkpoints into the cache. */
@Command(name = "download", description = "Fetch a published checkpoint into the cache folder.")
final class DownloadCommand implements Callable<Integer> {
    @Option(names = "--list", description = "Show which models can be fetched and which are there.")
    boolean list;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PublishedModel.ALL.forEach(model -> out.println(model.name() + "  " + model.size()));
        return ExitCode.DONE;
    }
}
