package org.samfast.cuda.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.samfast.cuda.device.DeviceBuffer;

/**
 * A Linear on the device whose weight is packed.
 *
 * @param values row-major [outputs][inputs], or half of them and padding where it is sparse; int8 or bf16
 * @param inPairs whether row 8h + p of every 16 is the output 2p + h, as results in int8 need it
 * @param metadata where it is sparse, otherwise {@link DeviceBuffer#NONE}
 * @param scales of int8, [outputs] fp32; otherwise {@link DeviceBuffer#NONE}
 * @param inputFactors of int8 whose inputs are quantised by constants, [inputs] fp32: what an input is multiplied by; otherwise
 *     {@link DeviceBuffer#NONE}
 * @param bias [outputs] fp32, or {@link DeviceBuffer#NONE}
 * @param outputs a multiple of 16
 * @param inputs a multiple of 16
 */
public record PackedWeights(
        PackedForm form,
        DeviceBuffer values,
        boolean inPairs,
        DeviceBuffer metadata,
        DeviceBuffer scales,
        DeviceBuffer inputFactors,
        DeviceBuffer bias,
        int outputs,
        int inputs) {
    public PackedWeights {
        if (outputs % 16 != 0 || inputs % 16 != 0) {
            throw new IllegalArgumentException(
                    "packed weight: expected multiples of 16 outputs and inputs, got " + outputs + " and " + inputs);
        }
    }

    /** Rows of values as results in int8 need them. */
    public static MemorySegment inPairs(MemorySegment values, int outputs) {
        MemorySegment paired = Arena.ofAuto().allocate(values.byteSize());
        long row = values.byteSize() / outputs;
        for (int i = 0; i < outputs; i++) {
            int output = i / 16 * 16 + i % 8 * 2 + i / 8 % 2;
            MemorySegment.copy(values, output * row, paired, i * row, row);
        }
        return paired;
    }

    /** Whether a token's inputs are quantised by a scale of their own. */
    public boolean scalesTokens() {
        return form.isInt8() && inputFactors == DeviceBuffer.NONE;
    }
}
