#include "base/failure.h"

namespace thumbnailer {

std::string describe_reasons() {
    std::string table = "name\tfrom\tmeaning\n";
    for (const ReasonSpec& spec : kReasons)
        table.append(spec.name).append("\tport\t").append(spec.meaning).append("\n");
    return table;
}

} // namespace thumbnailer
