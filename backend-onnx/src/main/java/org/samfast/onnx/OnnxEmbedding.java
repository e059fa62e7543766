package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import org.samfast.backend.ImageEmbedding;
import org.samfast.image.Size;

/** An image embedding [1,256,64,64] held by ONNX Runtime. */
record OnnxEmbedding(Size imageSize, OnnxTensor tensor) implements ImageEmbedding {
    @Override
    public float[] toHost() {
        float[] values = new float[(int) tensor.getInfo().getNumElements()];
        tensor.getFloatBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
