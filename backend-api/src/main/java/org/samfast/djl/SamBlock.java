package org.samfast.djl;

import ai.djl.modality.cv.translator.Sam2Translator.Sam2Input;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import ai.djl.util.passthrough.PassthroughNDArray;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmenter;
import org.samfast.mask.ScoredMask;

/** The whole pipeline as one block of DJL: a {@code Sam2Input} comes in, a {@link ScoredMask} goes out, each inside an array. */
final class SamBlock extends AbstractBlock {
    private final Segmenter segmenter;

    SamBlock(Segmenter segmenter) {
        this.segmenter = segmenter;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, @Nullable PairList<String, Object> parameters) {
        Sam2Input input = (Sam2Input) unwrap(inputs.get(0));
        ScoredMask mask = segmenter
                .segment(DjlImage.rgb(input.getImage()), List.of(DjlPrompt.of(input)))
                .masks()
                .getFirst();
        return new NDList(PassthroughNDManager.INSTANCE.create(mask));
    }

    static Object unwrap(NDArray array) {
        if (array instanceof PassthroughNDArray carried) {
            return carried.getObject();
        }
        throw new IllegalArgumentException("expected what SamTranslator passes, got "
                + array.getClass().getName() + ": give the Criteria optTranslator(new SamTranslator())");
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inputs;
    }
}
