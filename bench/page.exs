# Writes the last figures of each benchmark into docs/performance.md and draws its plot. It does not measure.
#
#     script/bench none --write-docs

settings = Bench.Settings.read!()
Bench.Page.write(Path.join(settings.root, "docs"), settings)
