// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigInteger;
import java.util.List;

import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.Namespace;

/**
 * An info block for devdax or fsdax, for programs, as {@code ndctl read-infoblock -j} has it, with its namespace, its
 * place in the file, and what is wrong with it.
 */
record InfoBlockJson(String file, String signature, String uuid, String parent_uuid, long flags, String version,
    BigInteger dataoff, BigInteger npfns, long mode, long start_pad, long end_trunc, long align, long page_size,
    int page_struct_size, String namespace, long offset, List<ProblemJson> problems) implements InfoBlockDocument {
  InfoBlockJson(Namespace namespace, InfoBlock block) {
    this(namespace.file().toString(), block.signature().text(),
        block.uuid().toString(), block.parentUuid().toString(), block.flags(), block.major() + "." + block.minor(),
        Json.unsigned(block.dataOffset()), Json.unsigned(block.pages()), Integer.toUnsignedLong(block.mode()),
        block.startPad(), block.endTrunc(), block.align(), block.pageSize(), block.pageStructSize(),
        namespace.device(), namespace.offset() + InfoBlock.OFFSET, ProblemJson.of(namespace.problems()));
  }
}
