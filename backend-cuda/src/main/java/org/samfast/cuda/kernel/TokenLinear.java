package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/**
 * {@code out = act((in + addend) weight^T + bias) + residual} for the decoder's tokens, of one Linear or of several of one shape. A
 * row's bits do not depend on the other rows. To the precision of fp32, or with inputs and weights rounded to bf16. Kernels:
 * decoder/token_linear.cu, decoder/token_linear_bf16.cu.
 */
public final class TokenLinear {
    /** Inputs in shared memory at a time, and 16 bytes by which rows there are longer. */
    private static final int SLAB = 256;

    private static final int SLAB_ROW_BYTES = 2 * SLAB + 16;
    private static final int MOST_WARPS = 4;
    private static final int WARP = 32;

    /** Which side of a Linear lies between the two of an MLP, and is therefore of the element. */
    public enum Form {
        LINEAR("linear"),
        EXPAND("expand"),
        REDUCE("reduce");

        private final String entry;

        Form(String entry) {
            this.entry = entry;
        }
    }

    /** The tilings of the same sum: many small blocks, large tiles with more products per value read, and still larger ones. */
    enum Tiling {
        FEW(16),
        MANY(32),
        /** Of the rounding kernels, with one slab of inputs. */
        LARGE(64);

        private static final int FEW_ROWS = 256;
        private static final int LARGE_OUTPUTS = 768;

        private final int rows;

        Tiling(int rows) {
            this.rows = rows;
        }

        static Tiling choose(Element element, Form form, int rows, int n, int k, int parts) {
            if (rows <= FEW_ROWS) {
                return FEW;
            }
            boolean large = LARGE.serves(element, form) && slabs(k) == 1 && n * parts >= LARGE_OUTPUTS;
            return large ? LARGE : MANY;
        }

        String suffix() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether there is such a kernel. */
        boolean serves(Element element, Form form) {
            return this != LARGE || (element == Element.BF16 && form != Form.REDUCE);
        }

        int features(Element element) {
            return switch (this) {
                case FEW -> element == Element.BF16 ? 16 : 32;
                case MANY -> 64;
                case LARGE -> 128;
            };
        }

        Grid grid(Element element, int allRows, int n, int parts) {
            return Grid.of(Math.ceilDiv(n, features(element)), Math.ceilDiv(allRows, rows), parts);
        }

        Block block(Element element, int k) {
            return Block.of(
                    switch (this) {
                        case FEW -> element == Element.BF16 ? WARP * warps(k) : 256;
                        case MANY -> 128;
                        case LARGE -> 256;
                    });
        }

        /** Of the kernels that round; the others have theirs declared. */
        int sharedBytes(int k) {
            int stages = this == FEW ? warps(k) : Math.min(2, slabs(k));
            return SLAB_ROW_BYTES * (rows + features(Element.BF16)) * stages;
        }

        private static int warps(int k) {
            return Math.min(MOST_WARPS, slabs(k));
        }

        private static int slabs(int k) {
            return Math.ceilDiv(k, SLAB);
        }
    }

    private final Element element;
    private final Map<Tiling, Map<Form, KernelFunction>> functions = new EnumMap<>(Tiling.class);

    /** @param element to which inputs and weights are rounded, and of what lies between the Linears of an MLP */
    public TokenLinear(Device device, Element element) {
        this.element = element;
        for (Tiling tiling : Tiling.values()) {
            Map<Form, KernelFunction> forms = new EnumMap<>(Form.class);
            Arrays.stream(Form.values())
                    .filter(form -> tiling.serves(element, form))
                    .forEach(form -> forms.put(form, function(device, form, tiling.suffix())));
            functions.put(tiling, forms);
        }
    }

    private KernelFunction function(Device device, Form form, String tiling) {
        return element == Element.BF16
                ? device.function("decoder/token_linear_bf16", "token_" + form.entry + "_bf16_" + tiling)
                : device.function("decoder/token_linear", "token_linear_" + tiling);
    }

    /**
     * @param in fp32, of REDUCE of the element; strides multiples of 8
     * @param addend like in, or {@link DeviceBuffer#NONE}; not of REDUCE
     * @param addedParts to how many parts, the first ones, it is added
     * @param weights of the element; inputs a multiple of 32, at most 256 but of REDUCE
     * @param residual fp32 like out, or {@link DeviceBuffer#NONE}
     * @param out fp32, of EXPAND of the element; may be the residual, not the input
     */
    public void launch(
            Stream stream,
            Form form,
            TokenRows in,
            DeviceBuffer addend,
            int addedParts,
            StackedLinears weights,
            DeviceBuffer residual,
            TokenRows out,
            int rows,
            boolean relu) {
        check(form, in, addend, weights, residual, out, rows);
        int n = weights.outputs();
        int k = weights.inputs();
        Tiling tiling = Tiling.choose(element, form, rows, n, k, weights.parts());
        Object[] args = {
            in.buffer(),
            addend,
            weights.weight(),
            weights.bias(),
            residual,
            out.buffer(),
            rows,
            n,
            k,
            in.stride(),
            in.part(),
            addend == DeviceBuffer.NONE ? 0 : addedParts,
            out.stride(),
            out.part(),
            relu ? 1 : 0
        };
        int allRows = rows * weights.parts();
        Work work = Linear.work(element, allRows, n, k, residual == DeviceBuffer.NONE ? 0 : allRows);
        KernelFunction function = Objects.requireNonNull(
                Objects.requireNonNull(functions.get(tiling)).get(form));
        int shared = element == Element.BF16 ? tiling.sharedBytes(k) : 0;
        function.launch(
                stream, work, tiling.grid(element, rows, n, weights.parts()), tiling.block(element, k), shared, args);
    }

    private void check(
            Form form,
            TokenRows in,
            DeviceBuffer addend,
            StackedLinears weights,
            DeviceBuffer residual,
            TokenRows out,
            int rows) {
        int parts = weights.parts();
        int n = weights.outputs();
        int k = weights.inputs();
        if (k % 32 != 0 || in.stride() % 8 != 0 || in.part() % 8 != 0) {
            throw new IllegalArgumentException("token linear: expected inputs a multiple of 32 and rows and parts"
                    + " multiples of 8 values apart, got " + k + ", " + in.stride() + " and " + in.part());
        }
        if (form != Form.REDUCE && element == Element.BF16 && k > SLAB) {
            throw new IllegalArgumentException("token linear: expected at most " + SLAB + " inputs, got " + k);
        }
        in.check("in", form == Form.REDUCE ? element : Element.FP32, parts, rows, k);
        if (addend != DeviceBuffer.NONE) {
            in.in(addend).check("addend", Element.FP32, parts, rows, k);
        }
        Check.bytes("weight", weights.weight(), element, parts, n, k);
        Check.bytes("bias", weights.bias(), Element.FP32, parts, n);
        if (residual != DeviceBuffer.NONE) {
            out.in(residual).check("residual", Element.FP32, parts, rows, n);
        }
        out.check("out", form == Form.EXPAND ? element : Element.FP32, parts, rows, n);
    }
}
