package org.samfast.cuda.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.ScriptedDriver;
import org.samfast.prompt.MaskPrompt;

class FirstKeysTest {
    private final DeviceBuffer images = new ScriptedDriver().device().allocate("images", 64);

    private PromptPair pair(int image, @Nullable MaskPrompt mask) {
        // a slice of its own each time: images are told apart by their address
        return new PromptPair(images.slice(16L * image, 16), List.of(), mask);
    }

    @Test
    void promptsOfOneImageShareWhatTheyBeginWithUnlessTheyHaveAMask() {
        MaskPrompt mask = new MaskPrompt(new float[256 * 256]);
        List<PromptPair> pairs =
                List.of(pair(2, null), pair(0, null), pair(2, null), pair(2, mask), pair(2, mask), pair(0, null));
        FirstKeys shared = FirstKeys.of(pairs, true);
        assertThat(shared.sources()).containsExactly(0, 1, 0, 2, 3, 1);
        assertThat(shared.different()).containsExactly(pairs.get(0), pairs.get(1), pairs.get(3), pairs.get(4));
        FirstKeys own = FirstKeys.of(pairs, false);
        assertThat(own.sources()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(own.different()).isEqualTo(pairs);
    }
}
