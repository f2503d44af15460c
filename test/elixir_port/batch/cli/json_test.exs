defmodule Thumbnailer.Batch.CLI.JSONTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.CLI.JSON

  alias Thumbnailer.Batch.CLI.JSON

  defp encode(term), do: term |> JSON.encode() |> IO.iodata_to_binary()

  test "what would end a string or a script is escaped" do
    assert encode("a\n\"\\\u2028</script>é") == ~S("a\u000A\"\\\u2028\u003C/script>é")
  end

  test "a name that is not UTF-8 can be had again from its string" do
    names = [<<"a", 255, "b">>, <<0xC3>>, <<0xED, 0xB2, 0x80>>, "\u00E9", <<0xE2, 0x82>>]
    assert encode(hd(names)) == ~S("a\udcffb")

    script =
      "import sys, json, os; sys.stdout.buffer.write(b'|'.join(os.fsencode(name) for name in json.loads(sys.argv[1])))"

    python = System.get_env("THUMBNAILER_PYTHON", "python3")
    {bytes, 0} = System.cmd(python, ["-X", "utf8", "-c", script, encode(names)])
    assert :binary.split(bytes, "|", [:global]) == names
  end
end
