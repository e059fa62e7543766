package org.samfast.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.verify.StageCheck;
import org.samfast.cli.verify.Verification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sam verify}: whether this machine computes SAM. */
@Command(
        name = "verify",
        description = {
            "Say stage by stage whether a backend computes Segment Anything correctly on this machine.",
            "The model that comes with sam is held against stored values of another implementation (transformers on"
                    + " PyTorch, fp32). Other weights are held against another backend in fp32, which computes them now."
                    + " Exit code 4 where a stage is wrong; the first one is where to look."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sam verify", "  sam verify --backend onnx --json"})
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    ResultPrinter result = new ResultPrinter();

    @Override
    public Integer call() throws IOException {
        try (ModelSession session = model.openUnverified()) {
            List<StageCheck> checks = session.verify();
            for (StageCheck check : checks) {
                result.print(List.of(check.line()), check::write);
            }
            Optional<StageCheck> wrong = Verification.firstWrong(checks);
            result.text(List.of(wrong.map(check -> "WRONG from " + check.stage() + " on")
                    .orElse("right: all " + checks.size() + " stages")));
            return wrong.isPresent() ? ExitCode.BACKEND_NOT_USABLE : ExitCode.DONE;
        }
    }
}
