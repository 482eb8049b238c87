package io.freshet.file;

/** The type of a directory entry, as {@code st_mode & S_IFMT} tells it (inode(7)). */
public enum FileType {
    FILE('f', 0100000),
    DIRECTORY('d', 0040000),
    SYMLINK('l', 0120000),
    FIFO('p', 0010000),
    SOCKET('s', 0140000),
    CHARACTER_DEVICE('c', 0020000),
    BLOCK_DEVICE('b', 0060000);

    private static final int FORMAT_MASK = 0170000;

    private final char code;
    private final int formatBits;

    FileType(char code, int formatBits) {
        this.code = code;
        this.formatBits = formatBits;
    }

    /** Returns the one-letter code used in tables, the one {@code find -type} uses. */
    public char code() {
        return code;
    }

    /** Returns the bits of {@code S_IFMT} that stand for this type. */
    public int formatBits() {
        return formatBits;
    }

    /** Returns whether it is a node of which nothing but its type, and its number if it is a device, makes it what it is. */
    public boolean isNode() {
        return this == FIFO || isDevice();
    }

    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }

    /** Returns the type whose bits {@code mode} carries. */
    public static FileType ofMode(int mode) {
        for (FileType type : values()) {
            if (type.formatBits == (mode & FORMAT_MASK)) {
                return type;
            }
        }
        throw new IllegalArgumentException("mode 0" + Integer.toOctalString(mode) + " has no file type");
    }

    /** Returns the type with this {@linkplain #code() code}. */
    public static FileType ofCode(char code) {
        for (FileType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("'" + code + "' is not the code of a file type");
    }
}
