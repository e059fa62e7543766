package org.samfast.cli.model;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint that its authors publish.
 *
 * @param name what {@code --model} and {@code sam download} take
 * @param fileName its name on the server and in the cache
 * @param bytes its size as far as known here, for people; the checksum decides
 * @param sha256 lower-case hex
 */
public record PublishedModel(String name, String fileName, long bytes, String sha256) {
    /** Where the authors of Segment Anything publish; ends in a slash. */
    public static final URI SOURCE = URI.create("https://dl.fbaipublicfiles.com/segment_anything/");

    /** The three checkpoints of Segment Anything, smallest first. */
    public static final List<PublishedModel> ALL = List.of(
            new PublishedModel(
                    "vit_b",
                    "sam_vit_b_01ec64.pth",
                    375_042_383L,
                    "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912"),
            new PublishedModel(
                    "vit_l",
                    "sam_vit_l_0b3195.pth",
                    1_249_524_607L,
                    "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622"),
            new PublishedModel(
                    "vit_h",
                    "sam_vit_h_4b8939.pth",
                    2_564_550_879L,
                    "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e"));

    /** The published model of that name. */
    public static Optional<PublishedModel> named(String name) {
        return ALL.stream().filter(model -> model.name.equals(name)).findFirst();
    }

    /** {@code 375 MB}, decimal as download pages count. */
    public String size() {
        return (bytes + 500_000) / 1_000_000 + " MB";
    }
}
