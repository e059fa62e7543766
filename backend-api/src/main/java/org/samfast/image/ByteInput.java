package org.samfast.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** Bytes in memory as the stream that ImageIO's readers want; no second copy and no file on disk. */
final class ByteInput extends ImageInputStreamImpl {
    private final byte[] bytes;
    private final int end;

    ByteInput(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < end ? bytes[(int) streamPos++] & 255 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        bitOffset = 0;
        if (streamPos >= end) {
            return length == 0 ? 0 : -1;
        }
        int count = (int) Math.min(length, end - streamPos);
        System.arraycopy(bytes, (int) streamPos, into, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return end;
    }
}
