defmodule Thumbnailer.Batch.JsonTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Json

  alias Thumbnailer.Batch.Json

  defp encode(term), do: term |> Json.encode() |> IO.iodata_to_binary()

  test "what would end a string or a script is escaped" do
    assert encode("a\n\"\\\u2028</script>é") == ~S("a\u000A\"\\\u2028\u003C/script>é")
  end

  test "a name that is not UTF-8 is still a string" do
    assert encode(<<"a", 255, "b">>) == ~s("a\uFFFDb")
  end
end
