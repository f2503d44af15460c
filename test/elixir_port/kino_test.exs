defmodule Thumbnailer.KinoTest do
  # With modules that take Kino's place; test/package has the same with Kino compiled and consolidated in a release.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Thumbnail

  setup_all do
    modules = [
      Kino.Render,
      Kino.Render.Any,
      Kino.Render.Map,
      Kino.Image,
      Kino.Inspect,
      Kino.Render.Thumbnailer.Thumbnail
    ]

    [{_, _} | _] =
      Code.compile_string("""
      defprotocol Kino.Render do
        @fallback_to_any true
        def to_livebook(term)
      end

      defmodule Kino.Image do
        def new(bytes, "image/" <> _ = type), do: %{image: bytes, type: type}
      end

      defmodule Kino.Inspect do
        def new(term), do: %{term: term}
      end

      defimpl Kino.Render, for: Any do
        def to_livebook(term), do: {:inspected, term}
      end

      defimpl Kino.Render, for: Map do
        def to_livebook(widget), do: {:widget, widget}
      end
      """)

    # As Mix does, which compiles an optional dependency before the library.
    [{Kino.Render.Thumbnailer.Thumbnail, _}] =
      Code.compile_file(root("elixir_port/lib/thumbnailer/kino.ex"))

    on_exit(fn ->
      for module <- modules do
        :code.delete(module)
        :code.purge(module)
      end
    end)
  end

  # Called by name, for the protocol is not there when this is compiled.
  defp render(term), do: apply(Kino.Render, :to_livebook, [term])

  defp thumbnail(fields),
    do: struct!(%Thumbnail{width: 2, height: 1, format: :webp, bytes: 3, data: "abc"}, fields)

  test "a thumbnail is shown as the picture that it is" do
    assert render(thumbnail([])) == {:widget, %{image: "abc", type: "image/webp"}}
  end

  test "one that was written to a file is shown from there" do
    path = Path.join(folder(), "a.png")
    File.write!(path, "png")
    shown = render(thumbnail(format: :png, data: nil, path: path))
    assert shown == {:widget, %{image: "png", type: "image/png"}}
  end

  test "one that no browser shows, or that is gone, is shown as a term" do
    for fields <- [[format: :tiff], [data: nil, path: "/nowhere/a.png"]] do
      thumbnail = thumbnail(fields)
      assert render(thumbnail) == {:widget, %{term: thumbnail}}
    end
  end
end
