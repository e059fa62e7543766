package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cli.output.CheckpointReport;
import org.samfast.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sam info}: what is in a checkpoint. */
@Command(
        name = "info",
        description = {
            "Show what a SAM checkpoint holds: architecture, parameters, element types.",
            "Ends with 3 and the reason on anything that is not a complete SAM checkpoint."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam info sam_vit_b_01ec64.pth",
            "  sam info sam_vit_b_01ec64.pth --sha256 --json",
            "  sam info sam_vit_b_01ec64.pth --tensors"
        })
final class InfoCommand implements Callable<Integer> {
    @Parameters(paramLabel = "WEIGHTS", description = "A .pth or .safetensors file.")
    Path weights = Path.of("");

    @Option(names = "--sha256", description = "Also the SHA-256 of the file, which takes reading all of it.")
    boolean sha256;

    @Option(names = "--tensors", description = "Also name, element type and shape of every tensor.")
    boolean tensors;

    @Mixin
    ResultPrinter result = new ResultPrinter();

    @Override
    public Integer call() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            CheckpointReport report = new CheckpointReport(checkpoint, sha256, tensors);
            result.print(report.lines(), report::write);
        }
        return ExitCode.DONE;
    }
}
