// Whether the data of a sequential JPEG are all there: its Huffman codes are read to the last block, and the values are
// dropped. For files without an end marker: decoders fill up what is missing, and some say nothing about the last rows.
#pragma once

#include "base/bytes.h"

namespace thumbnailer {

// False also for a JPEG that is not sequential with Huffman codes (SOF0 and SOF1).
bool has_all_blocks(Bytes jpeg);

} // namespace thumbnailer
