defmodule Thumbnailer.Batch.Input.StandardInputTest do
  # A BEAM of its own for each test, as it takes the standard input from it.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  @moduletag timeout: 300_000

  @count 1_000_000

  # Says how many paths came, the last one, and the most memory that the process had, in kB.
  @reader ~S"""
  alias Thumbnailer.Batch.Input.{PathList, StandardInput}
  list = with {:ok, input} <- StandardInput.take(), do: input, else: (:not_ours -> "-")
  {count, last} = list |> PathList.stream() |> Enum.reduce({0, "none"}, fn path, {count, _last} -> {count + 1, path} end)
  [_line, peak] = Regex.run(~r/VmHWM:\s*(\d+)/, File.read!("/proc/self/status"))
  IO.puts("#{count} #{last} #{peak} #{is_map(list)}")
  """

  defp read(input, flags \\ "") do
    folder = folder()
    File.write!(folder <> "/reader.exs", @reader)
    ebin = Application.app_dir(:thumbnailer, "ebin")
    command = String.replace(input, "READER", "elixir -pa '#{ebin}' '#{folder}/reader.exs'")

    {output, 0} =
      System.cmd("bash", ["-c", command], env: [{"ERL_FLAGS", flags}, {"LIST", folder <> "/list"}])

    [count, last, peak, taken] = String.split(output)
    {String.to_integer(count), last, String.to_integer(peak), taken == "true"}
  end

  defp base, do: elem(read("printf a | READER"), 2)

  @paths "seq -f 'folder/image-%.0f.jpg' 1 #{@count}"

  test "a million paths in a pipe take less than 60 MB, from a quick producer" do
    {@count, "folder/image-1000000.jpg", peak, true} = read("#{@paths} | READER")
    assert peak - base() < 60_000
  end

  test "they take next to none where the runtime does not read, or begins before the producer" do
    {@count, "folder/image-1000000.jpg", peak, true} = read("#{@paths} | READER", "-noinput")
    {@count, "folder/image-1000000.jpg", late, true} = read("(sleep 3; #{@paths}) | READER")
    base = base()
    assert peak - base < 20_000
    assert late - base < 20_000
  end

  test "a file is read from where the shell has come to" do
    assert {3, "d", _peak, true} =
             read(
               ~S(printf 'a\nb\nc\nd\n' > "$LIST"; { bash -c 'read -r line'; READER; } < "$LIST")
             )
  end

  test "what comes late, in parts, is all there" do
    assert {3, "c/d", _peak, true} =
             read("(printf 'a\\nb'; sleep 2; printf '\\nc/'; sleep 1; printf d) | READER")
  end

  test "a device is read through the runtime" do
    assert {0, "none", _peak, false} = read("READER < /dev/null")
  end
end
