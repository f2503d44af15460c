// The tables of HeifMeta, one box each. False when a table is damaged or says the same item twice.
#pragma once

#include "thumbnail/heif/heif_meta.h"

namespace thumbnailer {

// iinf: the items and what they are. The other tables know no items besides.
bool read_item_infos(Bytes contents, HeifMeta& meta);

// iloc: where their bytes stand.
bool read_locations(Bytes contents, HeifMeta& meta);

// iref: which items they refer to.
bool read_references(Bytes contents, HeifMeta& meta);

// ipma: which properties they have.
bool read_associations(Bytes contents, HeifMeta& meta);

} // namespace thumbnailer
