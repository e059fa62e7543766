package org.samfast.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.samfast.architecture.SamArchitecture;
import org.samfast.tensor.Tensor;

/**
 * Reads the architecture off the shapes. Each dimension is what most tensors say, so that one wrong tensor is found to
 * disagree with the rest, and not the rest with it.
 */
final class ArchitectureReader {
    private static final int DEEPEST = 256;
    private static final int WIDEST = 1 << 16;
    private static final int GLOBAL_RELATIVE_POSITIONS = 2 * SamArchitecture.GRID - 1;
    private static final String BLOCK = "image_encoder.blocks.";

    /** What the image encoders of other models are called, by the start of their tensors' names. */
    private static final Map<String, String> OTHER_MODELS = Map.of(
            "image_encoder.trunk.", "SAM 2",
            "vision_encoder.backbone.", "SAM 2 in Hugging Face names",
            "image_encoder.layers.", "MobileSAM (a TinyViT encoder)");

    private final TensorFile file;
    private final Naming naming;

    static SamArchitecture read(TensorFile file, Naming naming) throws CheckpointException {
        return new ArchitectureReader(file, naming).read();
    }

    private ArchitectureReader(TensorFile file, Naming naming) {
        this.file = file;
        this.naming = naming;
    }

    private SamArchitecture read() throws CheckpointException {
        int depth = depth();
        int width = vote(
                "width", depth, block -> List.of(size(block + "norm1.bias", 0), size(block + "attn.proj.bias", 0)));
        int headDim = vote(
                "head dimension",
                depth,
                block -> List.of(size(block + "attn.rel_pos_h", 1), size(block + "attn.rel_pos_w", 1)));
        int mlpWidth = vote(
                "MLP width",
                depth,
                block -> List.of(size(block + "mlp.lin1.bias", 0), size(block + "mlp.lin2.weight", 1)));
        if (width % headDim != 0) {
            throw file.bad("the image encoder's width " + width + " is no multiple of its head dimension " + headDim);
        }
        requireImageSize();
        List<Integer> global = IntStream.range(0, depth)
                .filter(layer -> size(BLOCK + layer + ".attn.rel_pos_h", 0) == GLOBAL_RELATIVE_POSITIONS)
                .boxed()
                .toList();
        return SamArchitecture.of(width, depth, width / headDim, mlpWidth, global);
    }

    private int depth() throws CheckpointException {
        Pattern block = Pattern.compile("^" + Pattern.quote(naming.blocks()) + "([0-9]{1,9})\\.");
        long depth = file.tensors().keySet().stream()
                .map(block::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)) + 1)
                .max()
                .orElse(0);
        if (depth == 0) {
            throw file.bad(otherModel());
        }
        if (depth > DEEPEST) {
            throw file.bad("the image encoder claims " + depth + " blocks, the limit is " + DEEPEST);
        }
        return (int) depth;
    }

    private String otherModel() {
        Set<String> names = file.tensors().keySet();
        String prefix = naming.prefix();
        String looksLike = OTHER_MODELS.entrySet().stream()
                .filter(model -> names.stream().anyMatch(name -> name.startsWith(prefix + model.getKey())))
                .map(model -> "it looks like " + model.getValue())
                .findFirst()
                .orElseGet(() -> names.isEmpty() ? "it has no tensors" : "it has " + file.firstNames());
        return "this is not a SAM checkpoint (no tensor " + naming.blocks() + "0...): " + looksLike
                + "; expected the weights of SAM vit_b, vit_l, vit_h or a relative";
    }

    /** The size that most blocks give, or one sentence where no block gives any. */
    private int vote(String what, int depth, Function<String, List<Long>> sizes) throws CheckpointException {
        List<Long> votes = new ArrayList<>();
        IntStream.range(0, depth).forEach(layer -> votes.addAll(sizes.apply(BLOCK + layer + ".")));
        Map<Long, Long> counts = votes.stream()
                .filter(size -> size > 0 && size <= WIDEST)
                .collect(Collectors.groupingBy(size -> size, Collectors.counting()));
        return counts.entrySet().stream()
                .max(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(most -> most.getKey().intValue())
                .orElseThrow(
                        () -> file.bad("the image encoder's " + what + " cannot be told, for no block has the tensors"
                                + " that show it, such as '" + naming.inFile(BLOCK + "0.attn.rel_pos_h") + "'"));
    }

    /** One dimension of an official tensor; -1 where there is no such tensor or dimension. */
    private long size(String official, int axis) {
        return naming.find(file.tensors().keySet(), official)
                .map(name -> shape(name))
                .filter(shape -> axis < shape.length)
                .map(shape -> shape[axis])
                .orElse(-1L);
    }

    private long[] shape(String name) {
        Tensor tensor = file.tensors().get(name);
        return tensor == null ? new long[0] : tensor.shape();
    }

    private void requireImageSize() throws CheckpointException {
        long rows = size("image_encoder.pos_embed", 1);
        if (rows > 0 && rows == size("image_encoder.pos_embed", 2) && rows != SamArchitecture.GRID) {
            throw file.bad("this model takes images of " + rows * SamArchitecture.PATCH_SIZE + " pixels ('"
                    + naming.inFile("image_encoder.pos_embed") + "' has " + rows + "x" + rows
                    + " positions); only SAM's own " + SamArchitecture.IMAGE_SIZE + " pixels are supported");
        }
    }
}
