import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.modality.cv.output.DetectedObjects.DetectedObject;
import ai.djl.modality.cv.output.Mask;
import ai.djl.modality.cv.translator.Sam2Translator.Sam2Input;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.nio.file.Path;
import org.samfast.djl.SamTranslator;

/** The same through the Deep Java Library: {@code SegmentWithDjl WEIGHTS PHOTO X Y}. */
final class SegmentWithDjl {
    public static void main(String[] args) throws Exception {
        Image photo = ImageFactory.getInstance().fromFile(Path.of(args[1]));
        Criteria<Sam2Input, DetectedObjects> criteria = Criteria.builder()
                .setTypes(Sam2Input.class, DetectedObjects.class)
                .optModelPath(Path.of(args[0]))
                .optEngine("Sam")
                .optTranslator(new SamTranslator())
                .build();
        try (ZooModel<Sam2Input, DetectedObjects> model = criteria.loadModel();
                Predictor<Sam2Input, DetectedObjects> predictor = model.newPredictor()) {
            Sam2Input click = Sam2Input.builder(photo)
                    .addPoint(Integer.parseInt(args[2]), Integer.parseInt(args[3]))
                    .build();
            DetectedObject found = predictor.predict(click).item(0);
            System.out.printf(
                    "%d pixels, quality %.3f%n", area((Mask) found.getBoundingBox()), found.getProbability());
        }
    }

    private static long area(Mask mask) {
        long inside = 0;
        for (float[] row : mask.getProbDist()) {
            for (float pixel : row) {
                inside += pixel > 0.5f ? 1 : 0;
            }
        }
        return inside;
    }
}
