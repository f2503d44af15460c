defmodule Thumbnailer.Bucket do
  @moduledoc false
  # As much of S3 as a presigned address needs: objects over HTTP that are got and put, on a port of this host.

  @doc "Serves the objects until the calling process ends; the address of the bucket."
  def start(objects) do
    {:ok, _pid} = Agent.start_link(fn -> objects end, name: __MODULE__)

    {:ok, socket} =
      :gen_tcp.listen(0, [:binary, packet: :http_bin, active: false, ip: {127, 0, 0, 1}])

    {:ok, port} = :inet.port(socket)
    spawn_link(fn -> serve(socket) end)
    "http://127.0.0.1:#{port}"
  end

  @doc "The object at a path, nil when there is none."
  def get(path), do: Agent.get(__MODULE__, & &1[path])

  defp serve(listener) do
    {:ok, socket} = :gen_tcp.accept(listener)
    {:ok, {:http_request, method, {:abs_path, target}, _version}} = :gen_tcp.recv(socket, 0)
    length = headers(socket, 0)
    :ok = :inet.setopts(socket, packet: :raw)
    [path | _query] = String.split(target, "?")
    answer(socket, method, path, length)
    :gen_tcp.close(socket)
    serve(listener)
  end

  defp headers(socket, length) do
    case :gen_tcp.recv(socket, 0) do
      {:ok, {:http_header, _, :"Content-Length", _, value}} ->
        headers(socket, String.to_integer(value))

      {:ok, {:http_header, _, _name, _, _value}} ->
        headers(socket, length)

      {:ok, :http_eoh} ->
        length
    end
  end

  defp answer(socket, :GET, path, 0) do
    case get(path) do
      nil -> respond(socket, "404 Not Found", "")
      bytes -> respond(socket, "200 OK", bytes)
    end
  end

  defp answer(socket, :PUT, path, length) do
    {:ok, bytes} = :gen_tcp.recv(socket, length)
    Agent.update(__MODULE__, &Map.put(&1, path, bytes))
    respond(socket, "200 OK", "")
  end

  defp respond(socket, status, body) do
    head = "HTTP/1.1 #{status}\r\ncontent-length: #{byte_size(body)}\r\nconnection: close\r\n\r\n"
    :ok = :gen_tcp.send(socket, [head, body])
  end
end
