package org.samfast.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;

class CocoFileReaderTest {
    private static final String IMAGE = "{'id':7,'file_name':'a.jpg','width':4,'height':3,'license':{'x':[1]}}";

    @TempDir
    Path folder;

    @Test
    void readsWhatAnEvaluationNeeds() throws Exception {
        List<CocoImage> images = read("{'annotations':[{'id':5,'image_id':7,'bbox':[1,1,2,1.5],'point':[2,1],"
                + "'segmentation':{'size':[3,4],'counts':[5,2,5]},'ref_iou':[0.1,0.2,0.3,0.4]},"
                + "{'id':6,'image_id':7,'bbox':[1,1,0,0],'segmentation':[[0,0,2,0,2,2,0,2]]}],"
                + "'info':{'a':[{}]},'images':[" + IMAGE + ",{'id':8,'file_name':'b.jpg','width':1,'height':1}]}");
        assertThat(images).singleElement().satisfies(image -> {
            assertThat(image.fileName()).isEqualTo("a.jpg");
            assertThat(image.size()).isEqualTo(new Size(4, 3));
            assertThat(image.annotations()).extracting(CocoAnnotation::id).containsExactly(5L, 6L);
        });
        CocoAnnotation first = images.getFirst().annotations().getFirst();
        assertThat(first.point()).isEqualTo(new ImagePoint(2, 1, true));
        assertThat(first.box()).isEqualTo(new ImageBox(1, 1, 3, 2.5));
        assertThat(first.referenceIou()).containsEntry(PromptKind.CLICK, 0.1).containsEntry(PromptKind.BOX, 0.4);
        assertThat(CocoMasks.of(images.getFirst(), first).pixels()).containsExactly(0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0);
        CocoAnnotation second = images.getFirst().annotations().get(1);
        assertThat(second.box()).isNull();
        assertThat(second.referenceIou()).isEmpty();
        assertThat(CocoMasks.of(images.getFirst(), second).area()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|line 1: not a COCO file: expected START_OBJECT, got START_ARRAY",
                "{}|expected a COCO file with images and annotations, got 0 images and 0 annotated ones",
                "{'images':[|line 1: not a COCO file: Unexpected end-of-input",
                "{'images':[{'id':'x'}]}|not a COCO file: Current token (VALUE_STRING) not numeric",
                "{'images':[{'id':1}]}|image 1 needs file_name, width and height",
                "{'images':[1]}|expected START_OBJECT, got VALUE_NUMBER_INT",
                "{'annotations':[{'id':3}]}|annotation 3 has no segmentation",
                "{'annotations':[{'point':[1]}]}|point: expected [x,y], got [1.0]",
                "{'annotations':[{'bbox':[1,2,3]}]}|bbox: expected [x,y,width,height], got [1.0, 2.0, 3.0]",
                "{'annotations':[{'ref_iou':[1]}]}|ref_iou: expected 4 numbers, got [1.0]",
                "{'annotations':[{'segmentation':1}]}|segmentation: expected polygons or run lengths",
                "{'annotations':[{'segmentation':{}}]}|segmentation without counts",
                "{'annotations':[{'segmentation':[1]}]}|expected a list of polygons",
                "{'annotations':[{'segmentation':[[1,2,3]]}]}|a polygon with an odd number of coordinates, 3",
                "{'annotations':[{'segmentation':[[1,1e300]]}]}|polygon coordinate 1.0E300 is far outside any image",
            })
    void anythingElseGetsOneSentence(String json, String sentence) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(CocoException.class)
                .hasMessageStartingWith(folder.resolve("coco.json").toString())
                .hasMessageContaining(sentence);
    }

    @Test
    void anAnnotationOfAnUnknownImageIsNamed() {
        String json = "{'images':[" + IMAGE + "],'annotations':[{'id':3,'image_id':9,'segmentation':[[0,0,1,1,2,0]]}]}";
        assertThatThrownBy(() -> read(json))
                .hasMessageEndingWith("annotation 3 is of image 9, which is not among its images");
    }

    @Test
    void runLengthsThatDoNotFillTheImageAreNamed() throws Exception {
        CocoImage image = read("{'images':[" + IMAGE
                        + "],'annotations':[{'id':3,'image_id':7,'segmentation':{'counts':[5,5]}}]}")
                .getFirst();
        assertThatThrownBy(() -> CocoMasks.of(image, image.annotations().getFirst()))
                .isInstanceOf(CocoException.class)
                .hasMessageStartingWith(
                        "annotation 3 of a.jpg: run lengths: expected a sum of 4x3 = 12 pixels, got 10");
    }

    private List<CocoImage> read(String json) throws Exception {
        return CocoFileReader.read(Files.writeString(folder.resolve("coco.json"), json.replace('\'', '"')));
    }
}
