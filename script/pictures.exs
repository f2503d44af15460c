# Run by script/pictures.
alias Thumbnailer.{Gallery, Fixtures}

folder = Fixtures.root("docs/pictures")
File.rm_rf!(folder)
File.mkdir_p!(folder)
File.cp!(Fixtures.sample(Gallery.original()), Path.join(folder, Gallery.original()))
:ok = Gallery.add_steps()
made = Enum.map(Gallery.shots(), &Gallery.make!(&1, folder))
File.write!(Fixtures.root("docs/options.md"), Gallery.page())
formats = Fixtures.root("docs/formats.md")
File.write!(formats, formats |> File.read!() |> Gallery.with_formats())

IO.puts(
  "docs/options.md, and #{length(made)} pictures of #{made |> Enum.map(& &1.bytes) |> Enum.sum()} bytes in docs/pictures"
)
