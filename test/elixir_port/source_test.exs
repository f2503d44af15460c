defmodule Thumbnailer.SourceTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Source

  alias Thumbnailer.Source

  test "a path is made absolute in the caller" do
    assert Source.cast!("photo.jpg") == {:path, Path.join(File.cwd!(), "photo.jpg")}
    assert Source.cast!("/srv/photo.jpg") == {:path, "/srv/photo.jpg"}
  end

  test "a path need not be UTF-8" do
    assert Source.cast!(<<"/srv/", 255>>) == {:path, <<"/srv/", 255>>}
  end

  test "bytes are not copied" do
    bytes = :binary.copy("x", 1_000)
    {:bytes, same} = Source.cast!({:bytes, bytes})
    assert :binary.referenced_byte_size(same) == 1_000
    assert :erts_debug.same(bytes, same)
  end

  test "no bytes are a source; the program says what is wrong with it" do
    assert Source.cast!({:bytes, []}) == {:bytes, ""}
  end

  for wrong <- [
        "",
        "a\0b",
        nil,
        :path,
        ~c"a.jpg",
        {:bytes, :atom},
        {:bytes, [256]},
        {:file, "a"},
        1
      ] do
    test "#{inspect(wrong)} is refused with what is accepted" do
      wrong = unquote(Macro.escape(wrong))

      assert_raise ArgumentError,
                   ~r/source must be the path of a file.*\{:bytes, iodata\}, or an enumerable of binaries, got: /,
                   fn -> Source.cast!(wrong) end
    end
  end

  test "a stream is taken as it is, not read" do
    for stream <- [
          Stream.map(1..3, fn _ -> flunk("the stream was read") end),
          ["GIF", "89a"],
          fn _, _ -> :ok end
        ] do
      assert Source.cast!(stream) == {:stream, stream}
    end
  end

  test "a file stream by lines is read by bytes" do
    assert {:stream, %File.Stream{line_or_bytes: bytes}} = Source.cast!(File.stream!("a.jpg"))
    assert is_integer(bytes)
    by_bytes = File.stream!("a.jpg", [], 1_000)
    assert Source.cast!(by_bytes) == {:stream, by_bytes}
  end

  test "an address is no path" do
    for url <- ["https://example.com/a.jpg", "http://localhost/"] do
      assert_raise ArgumentError,
                   ~r/nothing is fetched from a URL, give its body as a stream, got: /,
                   fn ->
                     Source.cast!(url)
                   end
    end
  end
end
