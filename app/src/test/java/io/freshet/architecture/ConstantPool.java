package io.freshet.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the texts of a compiled class: The Java Virtual Machine Specification, section 4.4. */
final class ConstantPool {
    private static final int MAGIC = 0xCAFEBABE;

    private ConstantPool() {}

    static List<String> textsOf(JavaClass type) {
        if (type.getSource().isEmpty()) {
            return List.of();
        }
        try (DataInputStream in =
                new DataInputStream(type.getSource().get().getUri().toURL().openStream())) {
            return texts(in);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + type.getName(), failure);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("this is no class file");
        }
        in.readInt(); // minor and major version
        int count = in.readUnsignedShort();
        List<String> texts = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts.add(in.readUTF());
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.readInt();
                case 5, 6 -> {
                    in.readLong();
                    i++; // it takes two entries
                }
                case 7, 8, 16, 19, 20 -> in.readUnsignedShort();
                case 15 -> {
                    in.readUnsignedByte();
                    in.readUnsignedShort();
                }
                default -> throw new IOException("constant of the unknown kind " + tag);
            }
        }
        return texts;
    }
}
