# Makes thumbnails of samples/images in build/demo, and prints a table of the results. Run by script/demo.

defmodule Demo do
  @columns [file: 20, in: 10, out: 9, format: 8, bytes: 7, ms: 7]

  def run(root) do
    target = Path.join([root, "build", "demo"])
    File.rm_rf!(target)
    File.mkdir_p!(target)

    print_row(Map.new(@columns, fn {column, _width} -> {column, to_string(column)} end))

    results =
      for path <- Enum.sort(Path.wildcard(Path.join(root, "samples/images/*"))) do
        {row, outcome} = make(path, target)
        print_row(Map.put(row, :file, Path.basename(path)))
        outcome
      end

    made = Enum.count(results, &(&1 == :made))

    IO.puts("""

    #{made} thumbnails are in #{Path.relative_to(target, root)}; \
    #{length(results) - made} files failed, without an effect on the others.\
    """)
  end

  defp make(path, target) do
    with {:ok, source} <- Thumbnailer.probe(path),
         {microseconds, {:ok, thumbnail}} <-
           :timer.tc(fn -> Thumbnailer.make(path, 100) end) do
      File.write!(Path.join(target, "#{Path.basename(path)}.#{thumbnail.format}"), thumbnail.data)

      row = %{
        in: "#{source.width}x#{source.height}",
        out: "#{thumbnail.width}x#{thumbnail.height}",
        format: "#{thumbnail.format}",
        bytes: "#{thumbnail.bytes}",
        ms: :erlang.float_to_binary(microseconds / 1000, decimals: 1)
      }

      {row, :made}
    else
      {:error, error} -> {%{remark: remark(error)}, :failed}
      {_microseconds, {:error, error}} -> {%{remark: remark(error)}, :failed}
    end
  end

  defp remark(error), do: "#{error.reason}: #{Exception.message(error)}"

  defp print_row(%{remark: remark, file: file}) do
    IO.puts(String.pad_trailing(file, @columns[:file]) <> remark)
  end

  defp print_row(row) do
    @columns
    |> Enum.map_join(fn {column, width} -> String.pad_trailing(row[column], width) end)
    |> String.trim_trailing()
    |> IO.puts()
  end
end

Demo.run(Path.expand("..", __DIR__))
