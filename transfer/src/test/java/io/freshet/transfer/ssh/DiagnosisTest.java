package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.transfer.ssh.Circumstances.Look;
import io.freshet.transfer.ssh.SftpReply.Status;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the same few status codes mean, depending on what a look around shows. */
class DiagnosisTest {
    private static final RelativePath PATH = RelativePath.parse("dir/name");
    private static final Operation PUT = new PutSymlink(PATH, "x", new Attributes(0777, 0, 0, 0));
    private static final Operation MAKE = new MakeDirectory(PATH);
    private static final Operation REMOVE = new RemoveFile(PATH);
    private static final Operation REMOVE_DIRECTORY = new RemoveDirectory(PATH);
    private static final Operation RENAME = new Rename(RelativePath.parse("old"), PATH);

    private static final Status FAILURE = new Status(SftpProtocol.STATUS_FAILURE, "Failure");
    private static final Status MISSING = new Status(SftpProtocol.STATUS_NO_SUCH_FILE, "No such file");
    private static final Status DENIED = new Status(SftpProtocol.STATUS_PERMISSION_DENIED, "Permission denied");

    private static final Look ABSENT = new Look(SftpProtocol.STATUS_NO_SUCH_FILE, null);
    private static final Look HIDDEN = new Look(SftpProtocol.STATUS_PERMISSION_DENIED, null);
    private static final Look DIRECTORY = look(0040755);
    private static final Look FILE = look(0100644);
    private static final Look LINK = look(0120777);

    private static final FileSystemSpace ROOMY = new FileSystemSpace(1L << 40, 1L << 40, 1000, 900, false);

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("parent missing", PUT, MISSING, ABSENT, ABSENT, null, ErrorCode.PARENT_MISSING),
                Arguments.of("parent made now", PUT, MISSING, ABSENT, DIRECTORY, null, ErrorCode.PARENT_MISSING),
                Arguments.of("parent a file", PUT, MISSING, ABSENT, FILE, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("parent a link", PUT, FAILURE, ABSENT, LINK, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("directory in place", PUT, FAILURE, DIRECTORY, DIRECTORY, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("nested mount", PUT, FAILURE, ABSENT, DIRECTORY, null, ErrorCode.TARGET_FAILURE),
                Arguments.of("denied", PUT, DENIED, FILE, DIRECTORY, null, ErrorCode.PERMISSION_DENIED),
                Arguments.of("made already", MAKE, FAILURE, DIRECTORY, DIRECTORY, null, null),
                Arguments.of("file in the way", MAKE, FAILURE, FILE, DIRECTORY, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("link in the way", MAKE, FAILURE, LINK, DIRECTORY, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("gone already", REMOVE, MISSING, ABSENT, DIRECTORY, null, null),
                Arguments.of("gone with its parent", REMOVE, MISSING, ABSENT, ABSENT, null, null),
                Arguments.of("below a file", REMOVE, MISSING, ABSENT, FILE, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("below a link", REMOVE, MISSING, ABSENT, LINK, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("a directory", REMOVE, FAILURE, DIRECTORY, DIRECTORY, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of("unseen", REMOVE, DENIED, HIDDEN, HIDDEN, null, ErrorCode.PERMISSION_DENIED),
                Arguments.of(
                        "not empty", REMOVE_DIRECTORY, FAILURE, DIRECTORY, DIRECTORY, null, ErrorCode.TARGET_CONFLICT),
                Arguments.of(
                        "not ours", REMOVE_DIRECTORY, DENIED, DIRECTORY, DIRECTORY, null, ErrorCode.PERMISSION_DENIED),
                Arguments.of("old is gone", RENAME, MISSING, ABSENT, DIRECTORY, ABSENT, ErrorCode.TARGET_CONFLICT),
                Arguments.of("onto full", RENAME, FAILURE, DIRECTORY, DIRECTORY, FILE, ErrorCode.TARGET_CONFLICT),
                Arguments.of("into nowhere", RENAME, MISSING, ABSENT, ABSENT, FILE, ErrorCode.PARENT_MISSING));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void looksDecide(
            String name, Operation operation, Status status, Look path, Look parent, Look from, ErrorCode expected) {
        Circumstances seen = new Circumstances(path, parent, from, false, ROOMY);

        assertThat(Diagnosis.of(operation, status, seen, false, true).code()).isEqualTo(expected);
    }

    @Test
    void goneGateOutweighsEverything() {
        Circumstances seen = new Circumstances(ABSENT, ABSENT, null, true, ROOMY);

        assertThat(Diagnosis.of(REMOVE, MISSING, seen, false, true).code()).isEqualTo(ErrorCode.LEASE_LOST);
        assertThat(Diagnosis.ofStaging(MISSING, seen, false).code()).isEqualTo(ErrorCode.LEASE_LOST);
    }

    @Test
    void fullAndReadOnlyFileSystemsAreSeen() {
        assertThat(staging(new FileSystemSpace(0, 0, 1000, 900, false), false)).isEqualTo(ErrorCode.TARGET_FULL);
        assertThat(staging(new FileSystemSpace(1L << 30, 0, 1000, 900, false), false))
                .isEqualTo(ErrorCode.TARGET_FULL);
        assertThat(staging(new FileSystemSpace(1L << 30, 0, 1000, 900, false), true))
                .as("the superuser may use the reserve")
                .isEqualTo(ErrorCode.TARGET_FAILURE);
        assertThat(staging(new FileSystemSpace(1L << 30, 1L << 30, 1000, 0, false), true))
                .as("no inodes")
                .isEqualTo(ErrorCode.TARGET_FULL);
        assertThat(staging(new FileSystemSpace(1L << 30, 1L << 30, 1000, 900, true), true))
                .isEqualTo(ErrorCode.TARGET_READ_ONLY);
        assertThat(staging(ROOMY, true)).isEqualTo(ErrorCode.TARGET_FAILURE);
        assertThat(staging(null, true)).isEqualTo(ErrorCode.TARGET_FAILURE);
    }

    private static ErrorCode staging(FileSystemSpace space, boolean superuser) {
        return Diagnosis.ofStaging(FAILURE, new Circumstances(ABSENT, DIRECTORY, null, false, space), superuser)
                .code();
    }

    @Test
    void serverThatCannotReplaceIsUnsupportedOnlyWhereSomethingIsToBeReplaced() {
        Circumstances taken = new Circumstances(FILE, DIRECTORY, null, false, ROOMY);

        assertThat(Diagnosis.of(PUT, FAILURE, taken, false, false).code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(Diagnosis.of(PUT, FAILURE, taken, false, true).code()).isEqualTo(ErrorCode.TARGET_FAILURE);
    }

    private static Look look(int mode) {
        return new Look(SftpProtocol.STATUS_OK, new SftpAttributes(0, 0, 0, mode, 0));
    }
}
