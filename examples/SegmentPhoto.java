import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.samfast.Segmenter;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Backends;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** A click on a photo becomes a mask: {@code SegmentPhoto WEIGHTS PHOTO X Y MASK.png}. */
final class SegmentPhoto {
    public static void main(String[] args) throws Exception {
        RgbImage photo = ImageReader.read(Path.of(args[1]), ImageReader.DEFAULT_PIXEL_LIMIT);
        ImagePoint click = new ImagePoint(Double.parseDouble(args[2]), Double.parseDouble(args[3]), true);
        BackendOptions options = new BackendOptions(0, Path.of(args[4]).resolveSibling("cache"), null, null);
        try (Checkpoint weights = Checkpoint.open(Path.of(args[0]));
                Segmenter segmenter = new Segmenter(Backends.open("auto", weights, options))) {
            ScoredMask found = segmenter
                    .segment(photo, List.of(Prompt.points(click)))
                    .masks()
                    .getFirst();
            write(found.mask(), new File(args[4]));
            System.out.printf("%d pixels, quality %.3f%n", found.mask().area(), found.quality());
        }
    }

    private static void write(BinaryMask mask, File file) throws Exception {
        int width = mask.size().width();
        BufferedImage picture = new BufferedImage(width, mask.size().height(), BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < mask.pixels().length; i++) {
            picture.getRaster().setSample(i % width, i / width, 0, mask.pixels()[i] * 255);
        }
        ImageIO.write(picture, "png", file);
    }
}
