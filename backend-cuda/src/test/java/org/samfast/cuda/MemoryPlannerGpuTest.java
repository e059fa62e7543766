package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.CheckpointConverter;
import org.samfast.convert.ConversionOptions;
import org.samfast.convert.WeightFormat;
import org.samfast.cuda.device.Device;

/** The same plans beside what a GPU is asked for, and those of packed weights. */
@Tag("gpu")
class MemoryPlannerGpuTest extends MemoryPlannerTest {
    @Override
    Device newDevice() {
        return Device.open();
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightFormat.class,
            names = {"INT8", "BF16_SPARSE24", "INT8_SPARSE24"})
    void packedWeightsTakeWhatIsPlanned(WeightFormat format, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("packed.safetensors");
        CheckpointConverter.convert(checkpoint, file, ConversionOptions.to(format), (step, done, of) -> {});
        BackendOptions options = new BackendOptions(
                0, Path.of("unused"), Precision.labelled(format.label()).orElseThrow(), null);
        MemoryNeed need = need(4, 7, false, 0);
        try (Checkpoint packed = Checkpoint.open(file)) {
            MemoryPlan plan = MemoryPlanner.plan(device, packed, options, need);
            assertThat(taken(packed, need, options.within(plan))).isEqualTo(plan.bytes());
        }
    }
}
