defmodule Thumbnailer.Documents.GalleryTest do
  # docs/options.md is what script/pictures would write now.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Gallery

  test "docs/options.md is current" do
    assert File.read!(root("docs/options.md")) == Gallery.page(), "run script/pictures"
  end

  test "the table of docs/formats.md is the library's" do
    page = File.read!(root("docs/formats.md"))
    assert page =~ Thumbnailer.Formats.markdown()
    assert page == Gallery.with_formats(page), "run script/pictures"
  end

  test "the pictures are those of the page and of README.md, no more" do
    pictures = for shot <- Gallery.shots(), do: shot.file

    assert Enum.sort(File.ls!(root("docs/pictures"))) ==
             Enum.sort([Gallery.original() | pictures])

    assert File.read!(root("docs/pictures/" <> Gallery.original())) ==
             File.read!(sample(Gallery.original()))
  end

  test "README.md shows each of its pictures with the call that makes it" do
    readme = File.read!(root("README.md"))

    for shot <- Gallery.readme() do
      assert readme =~ "docs/pictures/#{shot.file}"
      assert readme =~ Gallery.code(shot)
    end
  end

  # Another libvips makes other bytes, but not another size.
  @tag :real
  test "each picture comes out as it lies there" do
    folder = folder()
    # Without the tools to translate steps, their pictures are left out.
    steps? = Gallery.add_steps() == :ok

    for shot <- Gallery.shots(), steps? or shot.options[:step] == nil do
      made = Gallery.make!(shot, folder)
      assert {:ok, lies} = Thumbnailer.probe(root("docs/pictures/" <> shot.file))

      assert {shot.file, made.format, made.width, made.height} ==
               {shot.file, lies.format, lies.width, lies.height}
    end
  end
end
