defmodule Thumbnailer.ThumbnailTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Thumbnail

  test "inspected, it does not show its bytes" do
    thumbnail = %Thumbnailer.Thumbnail{
      width: 1,
      height: 1,
      format: :png,
      bytes: 6,
      data: "secret"
    }

    refute inspect(thumbnail) =~ "secret"
    assert inspect(thumbnail) =~ "format: :png"
  end
end
