defmodule Thumbnailer.Batch.Input.ReadErrorTest do
  # A list of paths whose disk or pipe fails while it is read. Memory of this process stands in for it, of which Linux opens
  # the file and reads no byte at the address 0: https://man7.org/linux/man-pages/man5/proc_pid_mem.5.html
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Input.{PathList, StandardInput}

  @broken "/proc/self/mem"

  # What has been read before it fails.
  defp fails_after(blocks) do
    {:ok, file} = :file.open(@broken, [:read, :raw, :binary])
    %StandardInput{read: blocks, file: file}
  end

  test "the paths before it are told, but none that is cut off, and then the error" do
    list = fails_after(["a.jpg\nb.jpg\nc", ".jpg\nd.jp"])

    assert ["a.jpg", "b.jpg", "c.jpg", {:error, ^list, error}] =
             Enum.to_list(PathList.stream(list))

    assert error.reason == :no_access
    assert error.message == "the list on standard input cannot be read: I/O error"
    assert :file.read(list.file, 1) == {:error, :einval}, "it is closed"
  end

  test "a file that opens and cannot be read is named" do
    assert [{:error, @broken, error}] = Enum.to_list(PathList.stream(@broken))
    assert error.message == "the list #{@broken} cannot be read: I/O error"
  end

  describe "a batch" do
    @describetag :real

    test "of such a list stops, makes nothing and prunes nothing", context do
      on = start_instance(context.test)
      [photos, out] = [folder(), folder()]
      paths = for n <- 1..3, do: Path.join(photos, "#{n}.jpg")
      Enum.each(paths, &File.cp!(sample("photo.jpg"), &1))
      opts = [out: out, on: on, sizes: ["40"], flat: true]
      assert {:ok, %{made: 1}} = Batch.run(hd(paths), opts)

      batch = Batch.new!([], [from: "-", prune: true] ++ opts)
      lines = Enum.map_join(paths, &(&1 <> "\n"))
      assert {:error, error} = Batch.start(%{batch | from: fails_after([lines, "4"])})
      assert error.message == "the list on standard input cannot be read: I/O error"
      assert out |> Path.join("*.jpg") |> Path.wildcard() |> length() == 1
    end

    test "on the command line says so in one line" do
      arguments = ["thumbnailer.batch", "--from", @broken, "-o", folder()]

      {output, status} =
        System.cmd("mix", arguments,
          cd: root("elixir_port"),
          env: [{"MIX_ENV", "test"}],
          stderr_to_stdout: true
        )

      assert {output, status} == {"the list #{@broken} cannot be read: I/O error\n", 1}
    end
  end
end
