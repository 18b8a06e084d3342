package io.sluice.zkevm.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esaulpaugh.headlong.rlp.RLPEncoder;
import io.sluice.zkevm.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SignedTransactionTest {
    /** The example of EIP-155, whose sender and parts are told there. */
    private static final String EIP_155 =
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
                    + "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
                    + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

    private static final byte[] R = HexBytes.of("28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276");
    private static final byte[] S = HexBytes.of("67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    private static final byte[] TO = HexBytes.of("35".repeat(20));
    private static final byte[] KEY = HexBytes.of("77".repeat(32));

    private static final class HexBytes {
        static byte[] of(String digits) {
            return Bytes.fromHex(digits).toArray();
        }
    }

    private static byte[] number(long value) {
        return value == 0 ? new byte[0] : BigInteger.valueOf(value).toByteArray();
    }

    /** Fields of a transaction of type 1, 2 or 3, as they are encoded. */
    private static Object[] fields(int type) {
        Object accessList = List.of(List.of(TO, List.of(KEY)));
        return switch (type) {
            case 1 ->
                new Object[] {
                    number(5),
                    number(9),
                    number(20),
                    number(21_000),
                    TO,
                    number(1),
                    number(0),
                    accessList,
                    number(1),
                    R,
                    S
                };
            case 2 ->
                new Object[] {
                    number(5),
                    number(9),
                    number(2),
                    number(20),
                    number(21_000),
                    new byte[0],
                    number(1),
                    number(7),
                    accessList,
                    number(0),
                    R,
                    S
                };
            default ->
                new Object[] {
                    number(5),
                    number(9),
                    number(2),
                    number(20),
                    number(21_000),
                    TO,
                    number(1),
                    number(7),
                    accessList,
                    number(30),
                    List.of(KEY, KEY),
                    number(0),
                    R,
                    S
                };
        };
    }

    private static byte[] typed(int type, Object... fields) {
        byte[] list = RLPEncoder.list(fields);
        byte[] bare = new byte[1 + list.length];
        bare[0] = (byte) type;
        System.arraycopy(list, 0, bare, 1, list.length);
        return bare;
    }

    private static SignedTransaction decode(byte[] encoded) {
        return SignedTransaction.decode(Bytes.of(encoded));
    }

    @Example
    void theExampleOfEip155() {
        SignedTransaction transaction = SignedTransaction.decode(Bytes.fromHex(EIP_155));
        assertThatCode(() -> SignedTransaction.check(Bytes.fromHex(EIP_155))).doesNotThrowAnyException();
        assertThat(transaction.type()).isZero();
        assertThat(transaction.chainId()).isEqualTo(1);
        assertThat(transaction.nonce()).isEqualTo(9);
        assertThat(transaction.gasLimit()).isEqualTo(21_000);
        assertThat(transaction.maxFeePerGas()).isEqualTo(20_000_000_000L);
        assertThat(transaction.to()).isEqualTo(Bytes.of(TO));
        assertThat(transaction.value()).isEqualTo(1_000_000_000_000_000_000L);
        assertThat(transaction.data()).isEqualTo(Bytes.EMPTY);
        assertThat(transaction.accessList()).isEmpty();
        assertThat(transaction.signature().signedHash())
                .isEqualTo(Bytes.fromHex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
        assertThat(transaction.sender()).isEqualTo(Bytes.fromHex("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"));
    }

    @Example
    void typedTransactionsAreTakenBareAndWrapped() {
        for (int type = 1; type <= 3; type++) {
            byte[] bare = typed(type, fields(type));
            SignedTransaction transaction = decode(bare);
            assertThat(decode(RLPEncoder.string(bare))).isEqualTo(transaction);
            assertThat(transaction.type()).isEqualTo(type);
            assertThat(transaction.chainId()).isEqualTo(5);
            assertThat(transaction.nonce()).isEqualTo(9);
            assertThat(transaction.maxPriorityFeePerGas()).isEqualTo(type == 1 ? 20 : 2);
            assertThat(transaction.maxFeePerGas()).isEqualTo(20);
            assertThat(transaction.gasLimit()).isEqualTo(21_000);
            assertThat(transaction.to()).isEqualTo(type == 2 ? null : Bytes.of(TO));
            assertThat(transaction.accessList())
                    .containsExactly(new AccessListItem(Bytes.of(TO), List.of(Bytes.of(KEY))));
            assertThat(transaction.maxFeePerBlobGas()).isEqualTo(type == 3 ? 30 : 0);
            assertThat(transaction.blobHashes()).hasSize(type == 3 ? 2 : 0);
            assertThat(transaction.sender().length()).isEqualTo(20);
        }
    }

    @Example
    void whatIsWrongIsNamed() {
        assertBad(new byte[0], "at least one byte");
        assertBad(HexBytes.of("80"), "at least one byte");
        assertBad(HexBytes.of("02"), "goes on after its type");
        assertBad(HexBytes.of("05c0"), "type 5 are not known");
        assertBad(HexBytes.of("02c0"), "has 0 fields, and those of its type have 12");
        assertBad(HexBytes.of("0280"), "is a list in RLP, and this is a string");
        assertBad(HexBytes.of(EIP_155 + "00"), "1 bytes follow the transaction");
        assertBad(RLPEncoder.string(HexBytes.of(EIP_155)), "begins with a type");
        assertBad(HexBytes.of(EIP_155.substring(0, 100)), "no RLP");
        assertBad(2, fields -> fields[1] = new byte[] {0, 1}, "nonce begins with a zero byte");
        assertBad(2, fields -> fields[1] = new byte[9], "nonce has 9 bytes, and must have 8 at most");
        assertBad(2, fields -> fields[1] = List.of(), "nonce is a list in RLP");
        assertBad(2, fields -> fields[5] = new byte[19], "to has 19 bytes, and must have 20");
        assertBad(3, fields -> fields[5] = new byte[0], "to has 0 bytes, and must have 20");
        assertBad(3, fields -> fields[10] = List.of(new byte[31]), "must have 32");
        assertBad(2, fields -> fields[8] = new byte[0], "accessList is a string in RLP");
        assertBad(2, fields -> fields[8] = List.of(List.of(TO)), "this has 1 fields");
        assertBad(2, fields -> fields[9] = number(2), "yParity is 2, and must be 0 or 1");
        byte[] v29 = HexBytes.of(EIP_155.replace("8025a028", "801da028"));
        assertBad(v29, "v is 29, and must be 27, 28, or 35 and more");
    }

    private static void assertBad(int type, Consumer<Object[]> change, String message) {
        Object[] fields = fields(type);
        change.accept(fields);
        assertBad(typed(type, fields), message);
    }

    private static void assertBad(byte[] encoded, String message) {
        assertThatThrownBy(() -> SignedTransaction.check(Bytes.of(encoded)))
                .isInstanceOf(TransactionException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> decode(encoded))
                .isInstanceOf(TransactionException.class)
                .hasMessageContaining(message);
    }

    @Example
    void signaturesThatNobodyMadeHaveNoSender() {
        Object[] zero = fields(2);
        zero[10] = new byte[0];
        assertThatThrownBy(decode(typed(2, zero))::sender)
                .isInstanceOf(TransactionException.class)
                .hasMessageContaining("The signature's r is 0");
        Object[] large = fields(2);
        large[11] = HexBytes.of("ff".repeat(32));
        assertThatThrownBy(decode(typed(2, large))::sender).isInstanceOf(TransactionException.class);
        Object[] noPoint = fields(2);
        noPoint[10] = number(5);
        assertThatThrownBy(decode(typed(2, noPoint))::sender)
                .isInstanceOf(TransactionException.class)
                .hasMessageContaining("no point of the curve");
    }

    @Property(tries = 5000)
    void anyBytesGiveATransactionOrAnError(@ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 4) int type) {
        decodeOrFail(bytes);
        byte[] typed = new byte[bytes.length + 1];
        typed[0] = (byte) type;
        System.arraycopy(bytes, 0, typed, 1, bytes.length);
        decodeOrFail(typed);
    }

    @Property
    void brokenTransactionsGiveATransactionOrAnError(
            @ForAll @IntRange(max = 3) int type, @ForAll @IntRange(max = 400) int place, @ForAll byte change) {
        byte[] sound = type == 0 ? HexBytes.of(EIP_155) : typed(type, fields(type));
        decodeOrFail(Arrays.copyOf(sound, Math.min(place, sound.length)));
        sound[place % sound.length] = change;
        decodeOrFail(sound);
        decodeOrFail(RLPEncoder.string(sound));
    }

    private static void decodeOrFail(byte[] bytes) {
        try {
            assertThat(decode(bytes).sender().length()).isEqualTo(20);
        } catch (TransactionException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
