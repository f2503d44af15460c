// What goes wrong with the program itself, told to whoever reads its stderr.
#pragma once

#include "base/failure.h"

namespace thumbnailer {

void complain(const Failure& failure);

} // namespace thumbnailer
